import { describeData, type EventType, type Platform } from './platform.ts';

const id = { type: 'string', description: 'the id in URPA' };
const time = (description: string) => ({ type: 'string', format: 'date-time', description });

const activity = {
  id,
  title: { type: 'string' },
  status: { type: 'string', enum: ['pending', 'in_progress', 'completed', 'cancelled'] },
  contact_id: { type: ['string', 'null'], description: 'whom it is about' },
  due_at: { ...time('when it is to be done'), type: ['string', 'null'] },
};
const activityExample = {
  id: '01948c5e-8f3a-7c21-9b64-2f1d6a0e4b77',
  title: 'Call back about the offer',
  status: 'pending',
  contact_id: '01948c5e-1b0c-7d55-8a3e-90c4f2d7e611',
  due_at: '2026-01-23T09:00:00Z',
};

const contact = {
  id,
  first_name: { type: 'string' },
  last_name: { type: 'string' },
  email: { type: ['string', 'null'], format: 'email' },
  phone: { type: ['string', 'null'], description: 'E.164' },
};
const contactExample = {
  id: '01948c5e-1b0c-7d55-8a3e-90c4f2d7e611',
  first_name: 'Ada',
  last_name: 'Okafor',
  email: 'ada@example.com',
  phone: '+4930123456',
};

const eventTypes: EventType[] = [
  {
    type: 'activity.created',
    description: 'An activity was created.',
    schema: describeData(activity, ['contact_id', 'due_at']),
    example: activityExample,
    searchPaths: ['contact_id'],
  },
  {
    type: 'activity.updated',
    description: 'An activity was changed.',
    schema: describeData(activity, ['contact_id', 'due_at']),
    example: { ...activityExample, status: 'in_progress' },
    searchPaths: ['contact_id'],
  },
  {
    type: 'activity.completed',
    description: 'An activity was completed.',
    schema: describeData({ ...activity, completed_at: time('when it was completed') }, ['contact_id', 'due_at']),
    example: { ...activityExample, status: 'completed', completed_at: '2026-01-22T10:30:00Z' },
    searchPaths: ['contact_id'],
  },
  {
    type: 'contact.created',
    description: 'A contact was created.',
    schema: describeData(contact, ['email', 'phone']),
    example: contactExample,
    searchPaths: ['email', 'phone'],
  },
  {
    type: 'contact.updated',
    description: 'A contact was changed.',
    schema: describeData(contact, ['email', 'phone']),
    example: { ...contactExample, phone: '+4930654321' },
    searchPaths: ['email', 'phone'],
  },
  {
    type: 'ai_task.created',
    description: 'A task was created for an AI assistant.',
    schema: describeData({
      id,
      prompt: { type: 'string', description: 'what is to be done' },
      status: { type: 'string', enum: ['queued', 'running', 'done', 'failed'] },
    }),
    example: { id: '01948c60-44d2-7e18-b0f5-6c3a9d1e2f80', prompt: 'Summarise the last call', status: 'queued' },
  },
  {
    type: 'taskjuggler.synced',
    description: 'A project was synchronised with TaskJuggler.',
    schema: describeData({
      project_id: { type: 'string' },
      tasks_synced: { type: 'integer', minimum: 0 },
      synced_at: time('when it was synchronised'),
    }),
    example: { project_id: 'office-move', tasks_synced: 42, synced_at: '2026-01-22T10:30:00Z' },
    searchPaths: ['project_id'],
  },
];

export const urpa = {
  id: 'urpa',
  label: 'URPA',
  headerPrefix: 'X-URPA-',
  scope: 'platform',
  apiBase: '/api/urpa',
  webhooksPath: 'integrations/webhooks',
  eventTypes,
} as const satisfies Platform;
