<?php

declare(strict_types=1);

namespace Posthorn;

use Posthorn\Exception\InvalidSignatureException;

/** Checks that a request is from Posthorn. */
final class Webhook
{
    private const PREFIX = 'whsec_';
    private const BASE64 = '/^[A-Za-z0-9+\/]{2,}={0,2}$/';

    /**
     * Verifies a request and returns its payload. With the `webhook-*` headers it checks the Standard Webhooks signature and that the request
     * is recent, otherwise `X-…-Signature`. All comparisons are in constant time.
     *
     * @param string $body the bytes that arrived: `file_get_contents('php://input')`, or `$request->getContent()`
     * @param array<string, string|list<string|null>|null> $headers from getallheaders(), `$request->headers->all()`, or `$_SERVER`
     * @param string|list<string> $secret the webhook's secret; during a rotation, the old and the new one
     * @param int $tolerance seconds that the time of the request may differ from now
     * @return array{event: string, timestamp: string, data: mixed}
     * @throws InvalidSignatureException
     */
    public static function verify(string $body, array $headers, string|array $secret, int $tolerance = 300): array
    {
        $values = self::readHeaders($headers);
        $secrets = self::requireSecrets($secret);
        if (isset($values['webhook-signature'])) self::verifyStandard($body, $values, $secrets, $tolerance);
        else self::verifyHex($body, $values, $secrets);
        return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    }

    /**
     * The check of receivers that have the payload only decoded. Empty objects and integers beyond 64 bits do not survive the decoding:
     * prefer `verify`.
     *
     * @param mixed $payload what json_decode($body, true) returned
     * @param string $signature of `X-…-Signature`
     * @param string|list<string> $secret
     */
    public static function isDecodedGenuine(mixed $payload, string $signature, string|array $secret): bool
    {
        return self::matchesHex(json_encode($payload), [$signature], self::requireSecrets($secret));
    }

    /**
     * @param array<string, string> $values
     * @param list<string> $secrets
     */
    private static function verifyStandard(string $body, array $values, array $secrets, int $tolerance): void
    {
        $id = $values['webhook-id'] ?? '';
        $timestamp = $values['webhook-timestamp'] ?? '';
        if ($id === '' || !preg_match('/^\d{1,12}$/', $timestamp)) {
            throw new InvalidSignatureException('webhook-id or webhook-timestamp is missing or not valid.');
        }
        $sent = array_filter(explode(' ', $values['webhook-signature']), static fn ($one) => str_starts_with($one, 'v1,'));
        $genuine = false;
        foreach ($secrets as $secret) {
            foreach (self::standardKeys($secret) as $key) {
                $expected = 'v1,' . base64_encode(hash_hmac('sha256', "{$id}.{$timestamp}.{$body}", $key, true));
                foreach ($sent as $one) $genuine = hash_equals($expected, $one) || $genuine;
            }
        }
        if (!$genuine) throw new InvalidSignatureException('The signature is not of this secret and body.');
        if (abs(time() - (int) $timestamp) > $tolerance) {
            throw new InvalidSignatureException("The request is more than {$tolerance} seconds old, or a clock is wrong.");
        }
    }

    /**
     * @param array<string, string> $values
     * @param list<string> $secrets
     */
    private static function verifyHex(string $body, array $values, array $secrets): void
    {
        $names = preg_grep('/^x-[a-z0-9]+-signature(-next)?$/', array_keys($values)) ?: [];
        if ($names === []) throw new InvalidSignatureException('The request has no signature.');
        $sent = array_values(array_map(static fn (string $name) => $values[$name], $names));
        if (!self::matchesHex($body, $sent, $secrets)) {
            throw new InvalidSignatureException('The signature is not of this secret and body.');
        }
    }

    /**
     * @param list<string> $sent
     * @param list<string> $secrets
     */
    private static function matchesHex(string|false $body, array $sent, array $secrets): bool
    {
        if ($body === false) return false;
        $genuine = false;
        foreach ($secrets as $secret) {
            foreach ($sent as $one) $genuine = hash_equals(hash_hmac('sha256', $body, $secret), $one) || $genuine;
        }
        return $genuine;
    }

    /**
     * The key of `whsec_…` is the base64 after it, decoded. Any other secret is the key itself; if it happens to be base64, its decoded form is
     * one too.
     *
     * @return list<string>
     */
    private static function standardKeys(string $secret): array
    {
        $isStandard = str_starts_with($secret, self::PREFIX);
        $encoded = $isStandard ? substr($secret, strlen(self::PREFIX)) : $secret;
        $decoded = strlen($encoded) >= 4 && preg_match(self::BASE64, $encoded) ? base64_decode($encoded) : false;
        if ($decoded === false) return [$secret];
        return $isStandard ? [$decoded] : [$secret, $decoded];
    }

    /**
     * @param string|list<string> $secret
     * @return list<string>
     */
    private static function requireSecrets(string|array $secret): array
    {
        $secrets = array_values((array) $secret);
        // With an empty key anybody could sign.
        if ($secrets === [] || in_array('', $secrets, true)) throw new \InvalidArgumentException('The secret is empty.');
        return $secrets;
    }

    /**
     * @param array<string, mixed> $headers
     * @return array<string, string> by lower-case names
     */
    private static function readHeaders(array $headers): array
    {
        $values = [];
        foreach ($headers as $name => $value) {
            $name = strtr(strtolower((string) preg_replace('/^HTTP_/', '', (string) $name)), '_', '-');
            $first = is_array($value) ? ($value[0] ?? null) : $value;
            if (is_string($first)) $values[$name] = $first;
        }
        return $values;
    }
}
