import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Problem } from '../../../agent/base/problem.ts';
import type { DownloadChange, PlanItem } from '../../../agent/engine/change.ts';
import type { Response } from '../../../agent/host/host.ts';
import { apply } from '../../../agent/resources/index.ts';
import { applied, laws } from '../../support/laws.ts';
import { memoryHost } from '../../support/memory-host.ts';
import { memoryLedger } from '../../support/memory-ledger.ts';

const url = 'https://keys.example/key';
const file = (own: Partial<DownloadChange> = {}): PlanItem[] => [
  { at: 'x', changes: [{ kind: 'download', path: '/key', url, ...own }] },
];
const answer = (status: number, body = '', headers = {}): Response => ({
  status,
  headers,
  body: new TextEncoder().encode(body),
});
/** Returns a machine that receives these responses in order. */
const machine = (...answers: readonly (Response | Problem)[]) => {
  const left = [...answers];
  return memoryHost({
    web: async () => {
      const next = left.shift();
      if (!next || next instanceof Problem) throw next ?? new Error('one request too many');
      return next;
    },
  });
};
const outcome = async (plan: PlanItem[], host: ReturnType<typeof machine>): Promise<string> => {
  const [step] = await applied(plan, host);
  return step?.outcome === 'failed' ? step.problem.message : `${step?.outcome}`;
};

describe('a download', () => {
  test('outlasts a server that is down for a while', async () => {
    const gone = new Problem('datasource-unreachable', 'refused');
    const host = machine(answer(503), gone, answer(429), answer(200, 'KEY'));
    assert.equal(await outcome(file(), host), 'made');
    assert.equal(host.text('/key'), 'KEY');
  });

  test('is not asked for again where it is not', async () => {
    assert.equal(await outcome(file(), machine(answer(404))), `${url} answers with status 404`);
  });

  test('is given up after four attempts', async () => {
    const host = machine(answer(500), answer(500), answer(500), answer(500));
    assert.equal(await outcome(file(), host), `${url} answers with status 500`);
    assert.equal(host.text('/key'), undefined);
  });

  test('of an unreachable server fails with advice about the URL, and its wait is reported', async () => {
    const gone = new Problem('datasource-unreachable', `GET ${url}: the connection was refused`);
    const waits: string[] = [];
    const waiting = (what: string, ms: number, ended: boolean) =>
      void waits.push(`${what} ${ms / 1000}${ended ? ' ended' : ''}`);
    const [item] = file();
    assert.ok(item);
    const [step] = await apply(item, machine(gone, gone, gone, gone), memoryLedger(), { waiting });
    assert.ok(step?.outcome === 'failed');
    assert.equal(step.problem.code, 'download-failed');
    assert.match(step.problem.hint, /curl/);
    assert.deepEqual(waits, [`downloading ${url} 1`, `downloading ${url} 5`, `downloading ${url} 20 ended`]);
  });

  test('gives way to what is written in its place', async () => {
    const host = machine(answer(404));
    assert.equal(await outcome(file({ otherwise: 'instead' }), host), 'made');
    assert.equal(host.text('/key'), 'instead');
  });

  test('refuses a page that is no key', async () => {
    const plan = file({ expect: 'BEGIN PGP' });
    assert.equal(
      await outcome(plan, machine(answer(200, '<html>'))),
      `What ${url} answers is unexpected: it has no "BEGIN PGP" in it`,
    );
  });

  test('follows to another host without the headers, and never from https to http', async () => {
    const moved = machine(answer(302, '', { location: 'https://cdn.example/k' }), answer(200, 'KEY'));
    await applied(file({ headers: { authorization: 'x' } }), moved);
    assert.deepEqual(
      moved.asked.map(({ url, headers }) => [url, headers]),
      [
        [url, { authorization: 'x' }],
        ['https://cdn.example/k', {}],
      ],
    );
    const lowered = machine(answer(302, '', { location: 'http://cdn.example/k' }));
    assert.equal(await outcome(file(), lowered), `${url} answers with status 302`);
  });

  test('takes a file of this machine', async () => {
    const host = memoryHost({ files: { '/a b': 'text' } });
    await applied(file({ url: 'file:///a%20b', mode: 0o600 }), host);
    assert.deepEqual([host.text('/key'), host.mode('/key')], ['text', '0600']);
  });

  laws('a download', file(), () => memoryHost({ web: { [`GET ${url}`]: 'KEY' } }));
});
