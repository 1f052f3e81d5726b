<?php

declare(strict_types=1);

namespace Posthorn;

/** How often a request is repeated that was not answered, or answered with 429 or 503. */
final class Retries
{
    private const LONGEST_PAUSE_MS = 30_000;

    /**
     * @param int $tries requests in all, at least 1
     * @param int $firstPauseMs doubles with each try, plus or minus a quarter; a longer `Retry-After` of the answer takes precedence
     */
    public function __construct(
        public readonly int $tries = 5,
        private readonly int $firstPauseMs = 200,
    ) {
        if ($tries < 1) throw new \InvalidArgumentException('tries must be at least 1');
    }

    /** Waits after the try with this number, which counts from 1. */
    public function pause(int $try, ?int $retryAfterSeconds): void
    {
        $backoff = (int) ($this->firstPauseMs * 2 ** ($try - 1) * (0.75 + lcg_value() / 2));
        $pause = min(self::LONGEST_PAUSE_MS, max($backoff, 1_000 * ($retryAfterSeconds ?? 0)));
        usleep($pause * 1_000);
    }
}
