<?php

declare(strict_types=1);

namespace Posthorn\Laravel;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;
use Posthorn\Client;
use Posthorn\Event;
use Posthorn\Exception\ApiException;

/**
 * Emits an event from a queue: `EmitEvent::dispatch('contact.created', $contact->toArray())`. Its time and idempotency key are those of the
 * dispatch, so a job that runs twice emits one event. Dispatch it after the transaction has committed (`->afterCommit()`).
 */
final class EmitEvent implements ShouldQueue
{
    use Dispatchable;
    use InteractsWithQueue;
    use Queueable;

    public int $tries = 10;
    private readonly Event $event;

    /** @param array<mixed>|object $data */
    public function __construct(
        string $type,
        array|object $data,
        private readonly ?string $organization = null,
        ?string $idempotencyKey = null,
        ?\DateTimeInterface $timestamp = null,
    ) {
        $this->event = new Event($type, $data, $idempotencyKey, $timestamp ?? new \DateTimeImmutable());
        $this->onQueue(config('posthorn.queue'));
    }

    /** @return list<int> seconds */
    public function backoff(): array
    {
        return [5, 15, 60, 300, 900];
    }

    public function handle(Client $client): void
    {
        try {
            ($this->organization === null ? $client : $client->forOrganization($this->organization))->emitEvent($this->event);
        } catch (ApiException $exception) {
            // What Posthorn refuses once it refuses again.
            if ($exception->status < 500 && $exception->status !== 429) $this->fail($exception);
            else throw $exception;
        }
    }
}
