<?php

declare(strict_types=1);

namespace Posthorn;

use Posthorn\Exception\ApiException;
use Posthorn\Exception\ConnectionException;
use Posthorn\Exception\PosthornException;

/** Sends JSON requests over one kept connection, and repeats those that may be repeated. */
final class Transport
{
    private const REPEATED = [429, 503];

    private ?\CurlHandle $curl = null;

    /** @param float $timeout seconds for one try */
    public function __construct(
        private readonly string $key,
        private readonly float $timeout,
        private readonly Retries $retries,
    ) {
    }

    /**
     * @param string|null $body JSON
     * @param list<string> $headers
     * @return array<string, mixed> the decoded answer; empty if it had no body
     * @throws ApiException|ConnectionException
     */
    public function send(string $method, string $url, ?string $body, array $headers = []): array
    {
        for ($try = 1; ; $try++) {
            $last = $try === $this->retries->tries;
            try {
                [$status, $text, $retryAfter] = $this->request($method, $url, $body, $headers);
            } catch (ConnectionException $exception) {
                if ($last) throw $exception;
                $this->retries->pause($try, null);
                continue;
            }
            if ($status < 300) return $this->decode($text);
            if ($last || !in_array($status, self::REPEATED, true)) throw self::refusal($status, $text);
            $this->retries->pause($try, $retryAfter);
        }
    }

    /**
     * @param list<string> $headers
     * @return array{int, string, int|null} status, body and seconds of Retry-After
     */
    private function request(string $method, string $url, ?string $body, array $headers): array
    {
        $this->curl ??= curl_init();
        $retryAfter = null;
        curl_reset($this->curl);
        curl_setopt_array($this->curl, [
            CURLOPT_URL => $url,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_TIMEOUT_MS => (int) ($this->timeout * 1_000),
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_HTTPHEADER => [
                'Authorization: Bearer ' . $this->key,
                'Accept: application/json',
                // curl would wait for 100 Continue before it sends a long body.
                'Expect:',
                ...($body === null ? [] : ['Content-Type: application/json']),
                ...$headers,
            ],
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$retryAfter): int {
                if (preg_match('/^retry-after:\s*(\d{1,9})\s*$/i', $line, $match)) $retryAfter = (int) $match[1];
                return strlen($line);
            },
        ] + ($body === null ? [] : [CURLOPT_POSTFIELDS => $body]));
        $text = curl_exec($this->curl);
        if ($text === false) {
            $message = curl_error($this->curl);
            throw new ConnectionException("Posthorn did not answer: {$message}");
        }
        return [curl_getinfo($this->curl, CURLINFO_RESPONSE_CODE), $text, $retryAfter];
    }

    /** @return array<string, mixed> */
    private function decode(string $text): array
    {
        if ($text === '') return [];
        $answer = json_decode($text, true);
        if (!is_array($answer)) throw new PosthornException('The answer is not JSON. Is this the address of Posthorn?');
        return $answer;
    }

    private static function refusal(int $status, string $text): ApiException
    {
        $problem = json_decode($text, true);
        if (!is_array($problem) || !isset($problem['code'])) {
            return new ApiException($status, '', "Status {$status}, and not from Posthorn");
        }
        return new ApiException($status, $problem['code'], $problem['detail'] ?? $problem['title'], $problem['errors'] ?? []);
    }
}
