/**
 * What Brevo documents of the requests that are made, in our own words: parameters, bodies, answers and limits. From
 * developers.brevo.com/reference and the types of the package @getbrevo/brevo 6.0.3 (MIT), as of November 2026.
 */
const text = { type: 'string' };
const number = { type: 'integer' };
const flag = { type: 'boolean' };
const numbers = { type: 'array', items: number };
const day = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' };
const moment = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)$',
};
const sort = { enum: ['asc', 'desc'] };

const record = (properties: object, required: readonly string[] = Object.keys(properties)) => ({
  ...{ type: 'object', properties, required, additionalProperties: false },
});
const query = (parameters: object) =>
  Object.entries(parameters).map(([name, schema]) => ({ name, in: 'query', schema: schema as object }));
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const paged = (most: number) => ({
  limit: { type: 'integer', minimum: 1, maximum: most },
  offset: { type: 'integer', minimum: 0 },
  sort,
});

const person = {
  ...{ id: number, email: text, emailBlacklisted: flag, smsBlacklisted: flag, whatsappBlacklisted: flag },
  ...{
    createdAt: moment,
    modifiedAt: moment,
    listIds: numbers,
    listUnsubscribed: numbers,
    attributes: { type: 'object' },
  },
};
const certain = ['id', 'emailBlacklisted', 'smsBlacklisted', 'createdAt', 'modifiedAt', 'listIds', 'attributes'];
const written = {
  ...{ email: text, attributes: { type: 'object' }, emailBlacklisted: flag, smsBlacklisted: flag, ext_id: text },
  ...{ listIds: numbers, smtpBlacklistSender: { type: 'array', items: text } },
};
const EVENTS = [
  ...['bounces', 'hardBounces', 'softBounces', 'delivered', 'spam', 'requests', 'opened', 'clicks', 'invalid'],
  ...['deferred', 'blocked', 'unsubscribed', 'error', 'loadedByProxy'],
];
const event = {
  ...{
    date: text,
    email: text,
    event: { enum: EVENTS },
    from: text,
    ip: text,
    link: text,
    messageId: text,
    reason: text,
  },
  ...{ subject: text, tag: text, templateId: number },
};
const CODES = [
  ...['unsubscribedViaMA', 'unsubscribedViaEmail', 'adminBlocked', 'unsubscribedViaApi', 'hardBounce'],
  'contactFlaggedAsSpam',
];
const blocked = {
  ...{ blockedAt: text, email: text, senderEmail: { type: ['string', 'null'] } },
  reason: record({ code: { enum: CODES }, message: text }, []),
};

export const brevoDescription = {
  servers: [{ url: 'https://api.brevo.com/v3' }],
  components: {},
  paths: {
    '/contacts': {
      get: {
        parameters: query({
          ...paged(1000),
          modifiedSince: moment,
          createdSince: moment,
          listIds: number,
          segmentId: number,
        }),
        responses: {
          200: json(record({ contacts: { type: 'array', items: record(person, certain) }, count: number })),
        },
      },
      post: {
        requestBody: json(record({ ...written, updateEnabled: flag, forceMerge: flag, getId: flag }, [])),
        responses: { 201: json(record({ id: number }, [])), 204: {}, 400: {} },
      },
    },
    '/contacts/batch': {
      post: {
        requestBody: json(
          record({
            contacts: { type: 'array', maxItems: 100, items: record({ ...written, unlinkListIds: numbers }, []) },
          }),
        ),
        responses: { 204: {}, 400: {}, 404: {} },
      },
    },
    '/contacts/{identifier}': {
      get: {
        parameters: query({ identifierType: text, startDate: day, endDate: day }),
        responses: {
          200: json(record({ ...person, statistics: { type: 'object' } }, [...certain, 'statistics'])),
          404: {},
        },
      },
    },
    '/contacts/lists/{listId}/contacts/remove': {
      post: {
        requestBody: json(record({ emails: { type: 'array', items: text, minItems: 1, maxItems: 150 } })),
        responses: {
          201: json(record({ contacts: record({ success: {}, failure: {}, total: number }, []) })),
          400: {},
        },
      },
    },
    '/smtp/blockedContacts': {
      get: {
        parameters: query({ ...paged(100), startDate: day, endDate: day, senders: text }),
        responses: {
          200: json(
            record(
              { contacts: { type: 'array', items: record(blocked, ['email', 'blockedAt', 'reason']) }, count: number },
              [],
            ),
          ),
          400: {},
        },
      },
    },
    '/smtp/statistics/events': {
      get: {
        parameters: query({
          ...paged(2500),
          startDate: day,
          endDate: day,
          days: number,
          event: { enum: EVENTS },
          email: text,
        }),
        responses: {
          200: json(
            record({ events: { type: 'array', items: record(event, ['date', 'email', 'event', 'messageId']) } }, []),
          ),
          400: {},
        },
      },
    },
  },
};
