<?php

declare(strict_types=1);

namespace Posthorn;

/** An event of a batch that was not accepted, although the others were. */
final class Rejected
{
    /** @param string $code `idempotency_conflict`: the key stands for another event */
    public function __construct(
        public readonly string $code,
        public readonly string $detail,
    ) {
    }
}
