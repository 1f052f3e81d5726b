<?php

declare(strict_types=1);

namespace Posthorn\Laravel;

use Illuminate\Support\ServiceProvider;
use Posthorn\Client;
use Posthorn\Exception\PosthornException;

/** Makes `Posthorn\Client` from config/posthorn.php. */
final class PosthornServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->mergeConfigFrom(__DIR__ . '/config/posthorn.php', 'posthorn');
        $this->app->singleton(Client::class, static function ($app): Client {
            $config = $app['config']['posthorn'];
            if (empty($config['base']) || empty($config['key'])) {
                throw new PosthornException('Set POSTHORN_BASE and POSTHORN_KEY.');
            }
            return new Client($config['base'], $config['key'], (float) $config['timeout']);
        });
    }

    public function boot(): void
    {
        $this->publishes([__DIR__ . '/config/posthorn.php' => $this->app->basePath('config/posthorn.php')], 'posthorn-config');
    }
}
