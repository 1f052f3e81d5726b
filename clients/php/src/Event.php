<?php

declare(strict_types=1);

namespace Posthorn;

/** An event to emit. Its idempotency key stays the same however often it is sent, so that it is accepted once. */
final class Event
{
    public readonly string $idempotencyKey;

    /**
     * @param string $type such as `contact.created`
     * @param array<mixed>|object $data encoded by json_encode
     * @param string|null $idempotencyKey 1 to 255 visible ASCII characters; default: a random one. Keys are kept for at least 24 hours
     * @param \DateTimeInterface|null $timestamp when it happened; default: when Posthorn accepts it
     */
    public function __construct(
        public readonly string $type,
        public readonly array|object $data,
        ?string $idempotencyKey = null,
        public readonly ?\DateTimeInterface $timestamp = null,
    ) {
        $this->idempotencyKey = $idempotencyKey ?? bin2hex(random_bytes(16));
    }

    /** @return array{event: string, data: array<mixed>|object, timestamp?: string} */
    public function toArray(): array
    {
        $body = ['event' => $this->type, 'data' => $this->data];
        if ($this->timestamp !== null) $body['timestamp'] = $this->timestamp->format('Y-m-d\TH:i:s.vP');
        return $body;
    }
}
