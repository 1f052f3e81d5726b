<?php

declare(strict_types=1);

namespace Posthorn;

use Posthorn\Exception\ApiException;
use Posthorn\Exception\ConnectionException;
use Posthorn\Exception\PosthornException;

/**
 * Emits events. Every event has an idempotency key, so that a request that is repeated, by this client or by the caller, is accepted once.
 */
final class Client
{
    /** The API's limit for events in a batch. */
    private const BATCH_EVENTS = 1_000;
    /** Half of the API's limit, in bytes. */
    private const BATCH_BYTES = 8 * 1024 * 1024;
    private const JSON = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;

    private readonly string $base;
    private readonly Transport $transport;

    /**
     * @param string $base the platform's API: `https://posthorn.example/api/urpa`, or
     *     `https://posthorn.example/api/coordinator/organizations/{orgId}`
     * @param string $key an API key with the scope `events:write`
     * @param float $timeout seconds for one try
     */
    public function __construct(
        string $base,
        private readonly string $key,
        private readonly float $timeout = 10,
        private readonly Retries $retries = new Retries(),
    ) {
        $this->base = rtrim($base, '/');
        $this->transport = new Transport($key, $timeout, $retries);
    }

    /** The client of one organization, for a base with `{orgId}`. */
    public function forOrganization(string $orgId): self
    {
        if (!str_contains($this->base, '{orgId}')) throw new PosthornException('The base has no {orgId}.');
        return new self(str_replace('{orgId}', rawurlencode($orgId), $this->base), $this->key, $this->timeout, $this->retries);
    }

    /**
     * Returns after Posthorn has stored the event.
     *
     * @param array<mixed>|object $data
     * @param string|null $idempotencyKey default: a random one
     * @throws ApiException|ConnectionException
     */
    public function emit(
        string $type,
        array|object $data,
        ?string $idempotencyKey = null,
        ?\DateTimeInterface $timestamp = null,
    ): Accepted {
        return $this->emitEvent(new Event($type, $data, $idempotencyKey, $timestamp));
    }

    /** @throws ApiException|ConnectionException */
    public function emitEvent(Event $event): Accepted
    {
        $body = json_encode($event->toArray(), self::JSON);
        $headers = ['Idempotency-Key: ' . $event->idempotencyKey];
        return Accepted::fromArray($this->transport->send('POST', $this->url('/events'), $body, $headers));
    }

    /**
     * Emits any number of events, in batches of up to 1,000. Each batch is stored as a whole or not at all; when one is refused, those before
     * it are stored.
     *
     * @param iterable<Event> $events
     * @return list<Accepted|Rejected> one for each event, in order
     * @throws ApiException|ConnectionException
     */
    public function emitBatch(iterable $events): array
    {
        $results = [];
        foreach ($this->batches($events) as $items) array_push($results, ...$this->emitItems($items));
        return $results;
    }

    /**
     * Any other route: `call('GET', '/webhooks/events', query: ['status' => 'failed'])`.
     *
     * @param string $path below the base
     * @param array<mixed>|null $body
     * @param array<string, scalar> $query
     * @return array<string, mixed> the decoded answer; empty if it has no body
     * @throws ApiException|ConnectionException
     */
    public function call(string $method, string $path, ?array $body = null, array $query = []): array
    {
        $url = $this->url($path) . ($query === [] ? '' : '?' . http_build_query($query, '', '&', PHP_QUERY_RFC3986));
        return $this->transport->send($method, $url, $body === null ? null : json_encode((object) $body, self::JSON));
    }

    /**
     * @param iterable<Event> $events
     * @return iterable<list<string>> JSON of the items of each batch
     */
    private function batches(iterable $events): iterable
    {
        $items = [];
        $bytes = 0;
        foreach ($events as $event) {
            $item = json_encode($event->toArray() + ['idempotency_key' => $event->idempotencyKey], self::JSON);
            if ($items !== [] && (count($items) === self::BATCH_EVENTS || $bytes + strlen($item) > self::BATCH_BYTES)) {
                yield $items;
                [$items, $bytes] = [[], 0];
            }
            $items[] = $item;
            $bytes += strlen($item);
        }
        if ($items !== []) yield $items;
    }

    /**
     * Sends those again whose first answer could not be read at the moment.
     *
     * @param list<string> $items
     * @return list<Accepted|Rejected>
     */
    private function emitItems(array $items): array
    {
        $results = [];
        $open = $items;
        for ($try = 1; $open !== []; $try++) {
            $body = '{"events":[' . implode(',', $open) . ']}';
            $answers = $this->transport->send('POST', $this->url('/events/batch'), $body)['results'];
            foreach (array_keys($open) as $position => $index) {
                $error = $answers[$position]['error'] ?? null;
                if ($error === null) $results[$index] = Accepted::fromArray($answers[$position]);
                elseif ($error['code'] === 'unavailable' && $try < $this->retries->tries) continue;
                else $results[$index] = new Rejected($error['code'], $error['detail']);
                unset($open[$index]);
            }
            if ($open !== []) $this->retries->pause($try, null);
        }
        ksort($results);
        return array_values($results);
    }

    private function url(string $path): string
    {
        if (str_contains($this->base, '{orgId}')) throw new PosthornException('Call forOrganization() first: the base has {orgId}.');
        return $this->base . $path;
    }
}
