<?php

declare(strict_types=1);

namespace Posthorn\Exception;

/** Everything that this package throws. */
class PosthornException extends \RuntimeException
{
}
