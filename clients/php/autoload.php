<?php

declare(strict_types=1);

// For projects without Composer: require this file once.
spl_autoload_register(static function (string $class): void {
    foreach (['Posthorn\\Laravel\\' => 'laravel/', 'Posthorn\\' => 'src/'] as $prefix => $folder) {
        if (!str_starts_with($class, $prefix)) continue;
        $file = __DIR__ . '/' . $folder . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
        if (is_file($file)) require $file;
        return;
    }
});
