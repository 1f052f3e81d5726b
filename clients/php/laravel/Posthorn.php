<?php

declare(strict_types=1);

namespace Posthorn\Laravel;

use Illuminate\Support\Facades\Facade;
use Posthorn\Client;

/**
 * @method static \Posthorn\Accepted emit(string $type, array|object $data, ?string $idempotencyKey = null, ?\DateTimeInterface $timestamp = null)
 * @method static \Posthorn\Accepted emitEvent(\Posthorn\Event $event)
 * @method static list<\Posthorn\Accepted|\Posthorn\Rejected> emitBatch(iterable $events)
 * @method static array call(string $method, string $path, ?array $body = null, array $query = [])
 * @method static \Posthorn\Client forOrganization(string $orgId)
 */
final class Posthorn extends Facade
{
    protected static function getFacadeAccessor(): string
    {
        return Client::class;
    }
}
