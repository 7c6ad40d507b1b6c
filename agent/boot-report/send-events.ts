import { Problem } from '../base/problem.ts';
import { shownUrl } from '../base/shown-url.ts';
import type { Webhook } from '../userdata/schema/reporting-settings.ts';
import type { CloudInitEvent } from './cloud-init-events.ts';
import { type Delivery, deliver } from './deliver.ts';

/** Posts events one after the other. The first that cannot be delivered ends the sink, and the message counts what was sent. */
export async function sendEvents(
  events: readonly CloudInitEvent[],
  { endpoint, timeoutMs, retries }: Webhook,
  delivery: Delivery,
): Promise<void> {
  const limits = {
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retries !== undefined && { attempts: retries + 1 }),
  };
  for (const [sent, event] of events.entries()) {
    const request = {
      method: 'POST',
      url: endpoint,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(event),
    } as const;
    const what = `Only ${sent} of ${events.length} events of cloud-init were sent`;
    if (delivery.host.now() >= delivery.end)
      throw new Problem('phone-home-failed', `${what} to ${shownUrl(endpoint)}: the receiver is too slow`);
    await deliver(what, request, delivery, limits);
  }
}
