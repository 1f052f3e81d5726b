<?php

declare(strict_types=1);

namespace Posthorn\Exception;

/** Posthorn refused a request. Nothing was stored. */
final class ApiException extends PosthornException
{
    /**
     * @param int $status the HTTP status
     * @param string $errorCode the stable code, such as `invalid_request`; empty if the answer was not Posthorn's
     * @param list<array{path: string, message: string}> $errors what is wrong with the request, and where
     */
    public function __construct(
        public readonly int $status,
        public readonly string $errorCode,
        string $detail,
        public readonly array $errors = [],
    ) {
        parent::__construct($detail, $status);
    }
}
