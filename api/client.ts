import type { Hono } from 'hono';
import type { BlankEnv } from 'hono/types';
import type { z } from 'zod';
import type * as deliveries from '../core/contracts/dashboard/deliveries.ts';
import type * as events from '../core/contracts/dashboard/events.ts';
import type * as filterTrial from '../core/contracts/dashboard/filter-trial.ts';
import type * as operation from '../core/contracts/dashboard/operation.ts';
import type * as overview from '../core/contracts/dashboard/overview.ts';
import type * as webhooks from '../core/contracts/dashboard/webhooks.ts';
import type { Session, SignedOut, SignIn, SignInMethods } from '../core/contracts/session.ts';

// Types, not interfaces, because the client requires implicit index signatures.
type JsonEndpoint<Input, Output, Status extends number> = {
  input: Input;
  output: Output;
  outputFormat: 'json';
  status: Status;
};

/** An endpoint that returns 204. */
type EmptyEndpoint<Input> = {
  input: Input;
  output: null;
  outputFormat: 'body';
  status: 204;
};

type Output<Schema extends z.ZodType> = z.output<Schema>;
/** The input of a schema that a function creates: query parameters or a body. */
type InputOf<Make extends (...known: never[]) => z.ZodType> = z.input<ReturnType<Make>>;
type ById = { param: { id: string } };

type Read<Schema extends z.ZodType, Input = object> = { $get: JsonEndpoint<Input, Output<Schema>, 200> };
type Act<Schema extends z.ZodType, Input, Status extends number> = {
  $post: JsonEndpoint<Input, Output<Schema>, Status>;
};

type SessionRoutes = {
  '/api/session': Read<typeof Session> &
    Act<typeof Session, { json: z.input<typeof SignIn> }, 200> & {
      $delete: EmptyEndpoint<object> | JsonEndpoint<object, Output<typeof SignedOut>, 200>;
    };
  '/api/session/methods': Read<typeof SignInMethods>;
};

type DashboardRoutes = {
  '/api/dashboard/organizations': Read<
    typeof webhooks.OrganizationList,
    { query: InputOf<typeof webhooks.organizationsQuery> }
  >;
  '/api/dashboard/overview': Read<typeof overview.Overview, { query: InputOf<typeof overview.overviewQuery> }>;
  '/api/dashboard/health': Read<typeof operation.SystemHealth>;
  '/api/dashboard/webhooks': Read<
    typeof webhooks.DashboardWebhookList,
    { query: InputOf<typeof webhooks.webhooksQuery> }
  >;
  '/api/dashboard/webhooks/:id': Read<typeof webhooks.DashboardWebhook, ById>;
  '/api/dashboard/deliveries': Read<
    typeof deliveries.DashboardDeliveryList,
    { query: InputOf<typeof deliveries.deliveriesQuery> }
  >;
  '/api/dashboard/deliveries/count': Read<
    typeof deliveries.DeliveryCount,
    { query: InputOf<typeof deliveries.deliveryCountQuery> }
  >;
  '/api/dashboard/deliveries/:id': Read<typeof deliveries.DashboardDeliveryDetail, ById>;
  '/api/dashboard/events': Read<typeof events.DashboardEventList, { query: InputOf<typeof events.eventsQuery> }>;
  '/api/dashboard/events/:id': Read<typeof events.DashboardEventDetail, ById>;
  '/api/dashboard/audit': Read<typeof operation.AuditList, { query: InputOf<typeof operation.auditQuery> }>;
  '/api/dashboard/filter-trial': Act<
    typeof filterTrial.FilterTrial,
    { json: InputOf<typeof filterTrial.filterTrialInput> },
    200
  >;
  '/api/dashboard/check-url': Act<typeof operation.UrlCheck, { json: z.input<typeof operation.UrlCheckInput> }, 200>;
};

/** `hc<Api>('/')`: the session and the dashboard's reads. */
export type Api = Hono<BlankEnv, SessionRoutes & DashboardRoutes>;
