// The key `reporting` of cloud-init: https://docs.cloud-init.io/en/latest/reference/modules.html#mod-cc-reporting
import { converted, type Decode, entries, integer, list, matching, object, optional, secret, text } from './decode.ts';

const seconds = converted(matching(/^\d{1,6}(?:\.\d{1,6})?$/, 'a number of seconds'), Number);

const sink = object({
  type: text,
  endpoint: optional(matching(/^https?:\/\/[^\s]+$/, 'an http or https URL')),
  timeout: optional(seconds),
  retries: optional(integer(0, 1000)),
  consumer_key: optional(secret),
  consumer_secret: optional(secret),
  token_key: optional(secret),
  token_secret: optional(secret),
  level: optional(text),
  kvp_file_path: optional(text),
  event_types: optional(list(text)),
});

/** The key by which cloud-init reports its events; the modules document it, and the boot reads it when all is done. */
export const reportingReads = { reporting: optional(entries(sink)) };

type Reporting = typeof reportingReads.reporting extends Decode<infer T> ? T : never;

/** A receiver of cloud-init's events. */
export interface Webhook {
  readonly endpoint: string;
  readonly timeoutMs?: number;
  readonly retries?: number;
}

/** Why nothing is sent to an entry. */
export interface UnusedSink {
  readonly at: string;
  readonly text: string;
  readonly level: 'note' | 'warning';
}

/** Returns the receivers of events, and the entries to which nothing is sent. */
export function webhooksIn(reporting: Reporting): {
  readonly webhooks: readonly Webhook[];
  readonly unused: readonly UnusedSink[];
} {
  const webhooks: Webhook[] = [];
  const unused: UnusedSink[] = [];
  for (const { at, value } of reporting ?? []) {
    const { type, endpoint, timeout, retries } = value;
    const skip = (why: string, level: UnusedSink['level'] = 'warning'): void =>
      void unused.push({ at, level, text: `${at}: ${why}` });
    if (type === 'log' || type === 'print')
      skip(`events are always in the journal: journalctl --unit="bootagent*"`, 'note');
    else if (type !== 'webhook') skip(`the type ${JSON.stringify(type)} is not supported; nothing is sent`);
    else if (endpoint === undefined) skip('a webhook without an endpoint; nothing is sent');
    else if (isSigned(value)) skip('requests signed by OAuth are not supported; nothing is sent');
    else
      webhooks.push({
        endpoint,
        ...(timeout !== undefined && timeout > 0 && { timeoutMs: timeout * 1000 }),
        ...(retries !== undefined && { retries }),
      });
  }
  return { webhooks, unused };
}

const isSigned = (sink: NonNullable<Reporting>[number]['value']): boolean =>
  [sink.consumer_key, sink.consumer_secret, sink.token_key, sink.token_secret].some((each) => each !== undefined);
