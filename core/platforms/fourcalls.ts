import { describeData, type EventType, type Platform } from './platform.ts';

const id = { type: 'string', description: 'the id in 4Calls' };
const time = (description: string) => ({ type: 'string', format: 'date-time', description });

const contact = {
  id,
  name: { type: 'string' },
  phone: { type: 'string', description: 'E.164' },
  email: { type: ['string', 'null'], format: 'email' },
};
const contactExample = {
  id: '01948d01-7c44-7a90-8e12-5b9f3c6d1a20',
  name: 'Ada Okafor',
  phone: '+4930123456',
  email: 'ada@example.com',
};

const appointment = {
  id,
  contact_id: { type: 'string' },
  starts_at: time('when it begins'),
  ends_at: { ...time('when it ends'), type: ['string', 'null'] },
  status: { type: 'string', enum: ['scheduled', 'confirmed', 'cancelled'] },
};
const appointmentExample = {
  id: '01948d02-11ab-7f03-9d58-c07e4a2b6f93',
  contact_id: '01948d01-7c44-7a90-8e12-5b9f3c6d1a20',
  starts_at: '2026-01-26T14:00:00Z',
  ends_at: '2026-01-26T14:30:00Z',
  status: 'scheduled',
};

const eventTypes: EventType[] = [
  {
    type: 'contact.created',
    description: 'A contact was created.',
    schema: describeData(contact, ['email']),
    example: contactExample,
    searchPaths: ['email', 'phone'],
  },
  {
    type: 'contact.updated',
    description: 'A contact was changed.',
    schema: describeData(contact, ['email']),
    example: { ...contactExample, email: null },
    searchPaths: ['email', 'phone'],
  },
  {
    type: 'appointment.created',
    description: 'An appointment was made.',
    schema: describeData(appointment, ['ends_at']),
    example: appointmentExample,
    searchPaths: ['contact_id'],
  },
  {
    type: 'appointment.confirmed',
    description: 'An appointment was confirmed by the contact.',
    schema: describeData(appointment, ['ends_at']),
    example: { ...appointmentExample, status: 'confirmed' },
    searchPaths: ['contact_id'],
  },
  {
    type: 'appointment.cancelled',
    description: 'An appointment was cancelled.',
    schema: describeData({ ...appointment, reason: { type: ['string', 'null'] } }, ['ends_at', 'reason']),
    example: { ...appointmentExample, status: 'cancelled', reason: 'ill' },
    searchPaths: ['contact_id'],
  },
  {
    type: 'appointment.updated',
    description: 'An appointment was moved or changed.',
    schema: describeData(appointment, ['ends_at']),
    example: { ...appointmentExample, starts_at: '2026-01-27T09:00:00Z', ends_at: '2026-01-27T09:30:00Z' },
    searchPaths: ['contact_id'],
  },
  {
    type: 'campaign.started',
    description: 'A calling campaign began.',
    schema: describeData({
      id,
      name: { type: 'string' },
      contacts: { type: 'integer', minimum: 0, description: 'how many are to be called' },
      started_at: time('when it began'),
    }),
    example: {
      id: '01948d05-9e60-7b27-a4c1-38d5f60e7b14',
      name: 'Spring check-up',
      contacts: 250,
      started_at: '2026-01-22T10:30:00Z',
    },
  },
];

export const fourcalls = {
  id: '4calls',
  label: '4Calls',
  headerPrefix: 'X-4Calls-',
  scope: 'organization',
  apiBase: '/api/coordinator/organizations/{orgId}',
  webhooksPath: 'webhooks',
  eventTypes,
} as const satisfies Platform;
