<?php

declare(strict_types=1);

namespace Posthorn\Exception;

/** Posthorn could not be reached, or did not answer in time. Whether an event was accepted is not known: emit it again with the same key. */
final class ConnectionException extends PosthornException
{
}
