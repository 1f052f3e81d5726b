<?php

return [
    // https://posthorn.example/api/urpa, or https://posthorn.example/api/coordinator/organizations/{orgId}
    'base' => env('POSTHORN_BASE'),
    'key' => env('POSTHORN_KEY'),
    // Seconds for one try.
    'timeout' => env('POSTHORN_TIMEOUT', 10),
    // The queue of EmitEvent jobs; null: the connection's default.
    'queue' => env('POSTHORN_QUEUE'),
];
