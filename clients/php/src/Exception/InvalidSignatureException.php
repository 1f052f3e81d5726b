<?php

declare(strict_types=1);

namespace Posthorn\Exception;

/** A request is not from Posthorn, was changed on its way, or is too old. Answer it with 401. */
final class InvalidSignatureException extends PosthornException
{
}
