<?php

declare(strict_types=1);

namespace Posthorn;

/** An event that Posthorn has stored. It will be delivered. */
final class Accepted
{
    /**
     * @param string $timestamp as receivers get it
     * @param list<array{id: string, webhook_id: string}> $deliveries one for each subscribed webhook
     */
    public function __construct(
        public readonly string $id,
        public readonly string $event,
        public readonly string $timestamp,
        public readonly array $deliveries,
    ) {
    }

    /** @param array<string, mixed> $answer */
    public static function fromArray(array $answer): self
    {
        return new self($answer['id'], $answer['event'], $answer['timestamp'], $answer['deliveries']);
    }
}
