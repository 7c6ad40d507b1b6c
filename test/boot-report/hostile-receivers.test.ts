import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, test } from 'node:test';
import type { BootReport } from '../../agent/boot-report/boot-report.ts';
import { type ReportSinks, sendReport } from '../../agent/boot-report/send-report.ts';
import { linux } from '../../agent/host/linux.ts';
import { timelineOfBoot } from '../support/timelines.ts';

const report: BootReport = {
  schema_version: 1,
  agent: '1',
  state: 'problems',
  boot_id: 'b',
  time: 1,
  seconds: 1,
  seconds_by_stage: {},
  failures: [],
};

/** What a receiver does with a connection. */
const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  refuses: (socket) =>
    void socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')),
  'is silent': () => {},
  'closes each connection': (socket) => void socket.destroy(),
  'sends its answer byte by byte': (socket) => {
    const drip = setInterval(() => socket.write('H'), 50);
    socket.once('close', () => clearInterval(drip));
  },
  'never ends its answer': (socket) =>
    void socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const flood = setInterval(() => socket.write('x'), 50);
      socket.once('close', () => clearInterval(flood));
    }),
  'answers each event late': (socket) =>
    void socket.on('data', () => {
      setTimeout(() => socket.writable && socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'), 400);
    }),
};

async function receiver(behave: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    behave(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.dispose]: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const budgetMs = 1_500;

async function sentTo(sinks: ReportSinks) {
  const host = linux({ root: '/', offline: false });
  const began = host.now();
  const failed = await sendReport({ report, timeline: timelineOfBoot() }, sinks, host, { budgetMs, random: () => 0 });
  return { failed, ms: host.now() - began };
}

/** A busy machine is slow to notice that the budget has ended. */
const tolerance = 10_000;

describe('a receiver', () => {
  for (const [name, behave] of Object.entries(behaviours))
    test(`that ${name} costs no more than the budget of its sinks, and is reported`, { timeout: 60_000 }, async () => {
      using target = await receiver(behave);
      const settings = { url: target.url, on: 'always', token: undefined, textfile: undefined } as const;
      const { failed, ms } = await sentTo({ report: settings, webhooks: [{ endpoint: target.url }] });
      assert.ok(ms < budgetMs + tolerance, `took ${ms} ms`);
      assert.equal(failed.filter((each) => /^Only \d+ of 16 events of cloud-init were sent to /.test(each)).length, 1);
      const isReported = name !== 'answers each event late';
      assert.equal(
        failed.some((each) => /^The boot was not reported to /.test(each)),
        isReported,
      );
    });

  test('that is down costs no more than the budget, and another sink nothing', { timeout: 60_000 }, async () => {
    const gone = await receiver(() => {});
    gone[Symbol.dispose]();
    using good = await receiver((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    });
    const { failed, ms } = await sentTo({ webhooks: [{ endpoint: gone.url }, { endpoint: good.url }] });
    assert.ok(ms < budgetMs + tolerance, `took ${ms} ms`);
    assert.equal(failed.length, 1, failed.join('\n'));
    assert.match(failed[0] ?? '', /^Only 0 of 16 events of cloud-init were sent to .*(?:ECONNREFUSED|refused)/);
  });
});
