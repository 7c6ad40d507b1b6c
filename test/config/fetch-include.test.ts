import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, unreachable } from '../../agent/base/http-error.ts';
import { settingsLoader } from '../../agent/config/load-settings.ts';
import type { Response } from '../../agent/host/host.ts';
import { memoryStore } from '../../agent/state/store.ts';
import { memoryHost } from '../support/memory-host.ts';

const start = 'http://seed.example/a';
const config = '#cloud-config\nhostname: web-01\n';
type Answer = readonly [status: number, location: string] | readonly [status: number] | 'timeout' | 'empty' | 'good';

/** Reads user-data that includes a URL; the answers come in this order, and the last one repeats. */
async function included(answers: Readonly<Record<string, readonly Answer[]>>, headers = {}) {
  const asked: string[] = [];
  const slept: number[] = [];
  let now = 0;
  const host = {
    ...memoryHost(),
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms);
      now += ms;
    },
    http: async ({ url, timeoutMs = 0 }: { url: string; timeoutMs?: number }): Promise<Response> => {
      const all = answers[url] ?? [[404]];
      const answer = all[Math.min(asked.filter((each) => each === url).length, all.length - 1)] ?? [404];
      asked.push(url);
      if (answer === 'timeout') {
        now += timeoutMs;
        throw unreachable('GET', url, failure('ETIMEDOUT'));
      }
      const body = answer === 'good' ? config : answer === 'empty' ? ' \n' : 'an error page';
      const [status, location] = typeof answer === 'string' ? [200] : answer;
      return { status, headers: { ...headers, ...(location && { location }) }, body: Buffer.from(body) };
    },
  };
  const store = memoryStore();
  const load = settingsLoader({ version: '0', layers: [], store, host, warn: assert.fail });
  const instance = { id: 'i', vendorData: [], userData: Buffer.from(`#include\n${start}\n`) };
  const settings = await load(instance as never);
  return {
    asked,
    slept,
    now,
    isRead: settings.config.entries.has('hostname'),
    errors: settings.findings.filter(({ level }) => level === 'error').map(({ message }) => message),
    isKept: store.read('settings.json') !== undefined,
  };
}

const other = 'http://other.example/b';

describe('what an #include names', () => {
  const read: readonly (readonly [
    what: string,
    answers: Readonly<Record<string, readonly Answer[]>>,
    asked: number,
  ])[] = [
    ['200', { [start]: ['good'] }, 1],
    ['301 to another host', { [start]: [[301, other]], [other]: ['good'] }, 2],
    ['302 to another host', { [start]: [[302, other]], [other]: ['good'] }, 2],
    ['307 to another path', { [start]: [[307, '/b']], 'http://seed.example/b': ['good'] }, 2],
    ['307 to https', { [start]: [[307, 'https://other.example/b']], 'https://other.example/b': ['good'] }, 2],
    ['500, then 200', { [start]: [[500], 'good'] }, 2],
    ['429, then 200', { [start]: [[429], 'good'] }, 2],
    ['timeout, then 200', { [start]: ['timeout', 'good'] }, 2],
  ];
  for (const [what, answers, times] of read) {
    test(`is read: ${what}`, async () => {
      const { isRead, errors, asked } = await included(answers);
      assert.deepEqual({ isRead, errors, asked: asked.length }, { isRead: true, errors: [], asked: times });
    });
  }

  const linkLocal = [
    'http://169.254.169.254/latest/',
    'http://[fe80::1]/',
    'http://2852039166/',
    'http://[fd00:ec2::254]/',
  ];
  const refused: readonly (readonly [
    what: string,
    answers: Readonly<Record<string, readonly Answer[]>>,
    error: RegExp,
  ])[] = [
    ['404', { [start]: [[404]] }, /answers with status 404/],
    ['204', { [start]: [[204]] }, /answers with status 204/],
    ['301 without a place', { [start]: [[301]] }, /answers with status 301/],
    ['500 and no end of it', { [start]: [[500]] }, /answers with status 500/],
    ['timeouts', { [start]: ['timeout'] }, /no answer in time/],
    ['nothing', { [start]: ['empty'] }, /is empty/],
    ['redirects in a circle', { [start]: [[302, start]] }, /more than 5 redirects/],
    ['a redirect to a file', { [start]: [[302, 'file:///etc/shadow']] }, /only http and https/],
    ...linkLocal.map((to) => [`a redirect to ${to}`, { [start]: [[302, to]], [to]: ['good'] }, /link-local/] as const),
  ];
  for (const [what, answers, error] of refused) {
    test(`is reported, and asked for again at the next start: ${what}`, async () => {
      const { isRead, errors, isKept, asked, now } = await included(answers);
      assert.equal(isRead, false);
      assert.equal(errors.length, 1);
      assert.match(errors[0] ?? '', error);
      assert.equal(isKept, false);
      assert.ok(asked.length <= 6 && !asked.some((url) => linkLocal.includes(url)), asked.join(' '));
      assert.ok(now <= 20_000, `${now} ms`);
    });
  }

  test('is asked for as late as the server wishes, within the time for all', async () => {
    assert.deepEqual((await included({ [start]: [[503], 'good'] }, { 'retry-after': '3' })).slept, [3_000]);
    const { isRead, now } = await included({ [start]: [[503], 'good'] }, { 'retry-after': '300' });
    assert.ok(isRead && now < 20_000);
  });

  test('is reported with the last answer, where no time is left for a pause', async () => {
    const { errors } = await included({ [start]: [[503]] }, { 'retry-after': '300' });
    assert.match(errors[0] ?? '', /answers with status 503$/);
  });
});
