import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe as suite, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { whyUnreachable } from '../../agent/base/http-error.ts';
import { makeHttp } from '../../agent/host/http.ts';
import { describe } from '../support/metadata/description.ts';
import type { Fault } from '../support/metadata/faults.ts';
import { serveMetadata } from '../support/metadata/server.ts';

const path = '/latest/meta-data/instance-id';
const noOpenssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed';

async function asked(fault: Fault | undefined, options: { limitBytes?: number } = {}) {
  const service = await serveMetadata(describe(), { dialects: ['imdsv1'], faults: fault ? [fault] : [] });
  try {
    // A short timeout only for answers that never come: a busy machine is slow to give a good answer.
    const timeoutMs = fault?.does === 'silence' || fault?.does === 'drip' ? 300 : 10_000;
    const answer = await makeHttp()({ url: service.url + path, timeoutMs, ...options });
    return { status: answer.status, text: new TextDecoder().decode(answer.body) };
  } catch (error) {
    return whyUnreachable(error);
  } finally {
    await service.close();
  }
}

suite('http', () => {
  for (const [does, why] of [
    ['reset', 'reset'],
    ['silence', 'timeout'],
    ['drip', 'timeout'],
    ['truncated', 'reset'],
    ['garbage', 'garbled'],
    ['chunked-garbage', 'garbled'],
    ['huge', 'too-large'],
  ] as const) {
    test(`tells apart: ${does} is ${why}`, async () => {
      assert.equal(await asked({ does }, { limitBytes: 2 ** 20 }), why);
    });
  }

  test('a time limit holds while the connection is made, too', async () => {
    // A server that listens and never accepts: once its queue is full, further connections wait in the kernel.
    const deaf = `const server = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      require('fs').writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    })`;
    const server = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = await once(server.stdout, 'data');
    const waiting = Array.from({ length: 6 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    try {
      await Promise.all(waiting.slice(0, 2).map((socket) => once(socket, 'connect')));
      const url = `http://127.0.0.1:${port}/`;
      const asked = makeHttp()({ url, timeoutMs: 100 }).catch(whyUnreachable);
      // Less than the limit of every connection.
      assert.equal(await Promise.race([asked, setTimeout(1500, 'still connecting', { ref: false })]), 'timeout');
    } finally {
      for (const socket of waiting) socket.destroy();
      server.kill('SIGKILL');
    }
  });

  test('tells a refused connection apart, by method and URL, and without what is secret in it', async () => {
    const error = await makeHttp()({ url: 'http://me:secret@127.0.0.1:1/x' }).catch((error) => error);
    assert.equal(whyUnreachable(error), 'refused');
    assert.equal(error.message, 'GET http://127.0.0.1:1/x: the connection was refused');
  });

  test('a name and a password in the URL go where they belong', async () => {
    const service = await serveMetadata(describe(), { dialects: ['imdsv1'] });
    try {
      await makeHttp()({ url: service.url.replace('//', '//me:p%40ss@') + path });
      assert.equal(service.requests[0]?.headers.authorization, `Basic ${btoa('me:p@ss')}`);
      assert.equal(service.requests[0]?.path, path);
    } finally {
      await service.close();
    }
  });

  test('tells a certificate that nobody vouches for', { skip: noOpenssl }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bootagent-tls-'));
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const words = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ];
    execFileSync('openssl', words, { stdio: 'ignore' });
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      // The address of a TCP server is an AddressInfo.
      const { port } = server.address() as AddressInfo;
      const error = await makeHttp()({ url: `https://127.0.0.1:${port}/` }).catch((error) => error);
      assert.equal(whyUnreachable(error), 'untrusted');
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });

  test('distinguishes a name without an address from a server that is down', async () => {
    const error = await makeHttp()({ url: 'http://nobody.invalid/' }).catch((error) => error);
    assert.equal(whyUnreachable(error), 'no-route');
  });

  test('answers of every status are answers', async () => {
    assert.deepEqual(await asked({ does: 'status', status: 503 }), { status: 503, text: '<h1>busy</h1>' });
    assert.deepEqual(await asked({ does: 'missing' }), { status: 404, text: 'not found' });
    assert.deepEqual(await asked(undefined), { status: 200, text: 'i-0abc' });
  });

  test('follows a redirect of the same host a few times, and none to another', async () => {
    assert.deepEqual(await asked({ does: 'loop', path, times: 2 }), { status: 200, text: 'i-0abc' });
    assert.deepEqual(await asked({ does: 'loop', path }), { status: 302, text: '' });
    assert.deepEqual(await asked({ does: 'elsewhere' }), { status: 302, text: '' });
  });

  test('asks no proxy, keeps one connection, and does not keep the process', async () => {
    const service = await serveMetadata(describe(), { dialects: ['imdsv1'] });
    const code = `
      const { makeHttp } = await import(${JSON.stringify(new URL('../../agent/host/http.ts', import.meta.url).href)});
      const http = makeHttp();
      for (const path of ['instance-id', 'mac', 'ami-id']) {
        const { body } = await http({ url: process.argv[1] + '/latest/meta-data/' + path });
        console.log(new TextDecoder().decode(body));
      }`;
    const proxy = 'http://127.0.0.1:1';
    const proxies = { http_proxy: proxy, HTTP_PROXY: proxy, ALL_PROXY: proxy, NODE_USE_ENV_PROXY: '1' };
    try {
      const argv = ['--input-type=module', '-e', code, service.url];
      const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { ...process.env, ...proxies } });
      assert.equal(stdout, 'i-0abc\n02:00:0a:a1:07:19\nami-1\n');
      assert.equal(service.connections(), 1);
    } finally {
      await service.close();
    }
  });
});
