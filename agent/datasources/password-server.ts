// Service: CloudStack's password server, https://docs.cloudstack.apache.org/en/latest/adminguide/templates/_password.html

import { whyUnreachable } from '../base/http-error.ts';
import { asProblem } from '../base/problem.ts';
import type { Instance } from '../metadata/datasource.ts';
import { notText, utf8 } from '../metadata/tree.ts';
import type { Declaration, Parts } from './declaration.ts';

const timeoutMs = 5_000;

/**
 * Adds the password that the cloud generated for the default user. It is requested once, without retries: most instances have
 * none. The server keeps it until it is acknowledged, which the last stage does after the accounts are made.
 */
export const withPassword =
  (path: string): NonNullable<Declaration['complete']> =>
  async (instance, parts) => {
    const url = urlOf(parts, path);
    const password = await passwordAt(url, parts);
    if (password === undefined) return instance;
    const settings = { password, chpasswd: { expire: false }, ssh_pwauth: true };
    const text = `#cloud-config\n${JSON.stringify(settings)}\n`;
    const acknowledge: Instance['ready'] = {
      url,
      method: 'GET',
      headers: { DomU_Request: 'saved_password' },
      body: '',
    };
    return {
      ...instance,
      vendorData: [...instance.vendorData, new TextEncoder().encode(text)],
      secrets: [...instance.secrets, password],
      ready: { ...acknowledge, tells: 'report to the password server that the password is set' },
    };
  };

/** Returns the URL of the password server: another port of the host that answered. */
function urlOf({ ask, service }: Parts, path: string): string {
  const port = Number(ask.settings.password_server_port ?? 8_080);
  return `${service.where('').replace(/(^\w+:\/\/(?:\[[^\]]*\]|[^/:]*)).*$/, '$1')}:${port}${path}`;
}

async function passwordAt(url: string, { ask }: Parts): Promise<string | undefined> {
  try {
    const { status, body } = await ask.host.http({ url, headers: { DomU_Request: 'send_my_password' }, timeoutMs });
    if (status === 404) return undefined;
    const text = utf8(body).trim();
    const wrong = status === 200 ? notText(body) : `answered ${status}`;
    if (wrong === undefined && text !== 'bad_request') return ['', 'saved_password'].includes(text) ? undefined : text;
    ask.note('warning', `GET ${url}: ${wrong ?? 'answered "bad_request"'}: no password is set`);
  } catch (error) {
    // Where no passwords are generated, nothing listens there.
    if (whyUnreachable(error) !== 'refused') ask.note('note', `${asProblem(error).message}: no password is set`);
  }
  return undefined;
}
