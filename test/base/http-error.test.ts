import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failure, unreachable, whyUnreachable } from '../../agent/base/http-error.ts';
import { shownUrl, withoutUrlSecrets } from '../../agent/base/shown-url.ts';

test('a connection that the machine itself prohibits is reported as that', () => {
  for (const code of ['EACCES', 'EPERM']) {
    const problem = unreachable('GET', 'http://169.254.169.254/', failure(code));
    assert.equal(whyUnreachable(problem), 'prohibited');
    assert.match(problem.message, /this machine prohibits it, by a route or a packet filter: systemd locks/);
  }
});

describe('a URL is shown without what may be secret in it', () => {
  for (const [url, shown] of [
    ['http://h/p', 'http://h/p'],
    ['http://h:80/p', 'http://h:80/p'],
    ['http://h:80/@scope/p', 'http://h:80/@scope/p'],
    ['http://[fe80::1%25eth0]:80/p@q', 'http://[fe80::1%25eth0]:80/p@q'],
    ['https://me:pw@h/p', 'https://h/p'],
    ['https://me:p@w@h/p', 'https://h/p'],
    ['https://me:p/w@h/p', 'https://h/p'],
    ['https://token@h/p', 'https://h/p'],
    ['https://h/p?a=1&token=2', 'https://h/p?a=(hidden)&token=(hidden)'],
    ['https://h/p?token', 'https://h/p?(hidden)'],
    ['https://h/p#top', 'https://h/p#top'],
    ['https://h/p#access_token=1', 'https://h/p#access_token=(hidden)'],
    ['ftp://me:pw@h', 'ftp://h'],
    ['no URL?x=1', 'no URL?x=1'],
  ] as const) {
    test(url, () => assert.equal(shownUrl(url), shown));
  }

  test('wherever it stands in a text', () => {
    const text = 'a "https://u:p@h/?k=v" and <s3://k@b/o>, got http://x/?y';
    assert.equal(withoutUrlSecrets(text), 'a "https://h/?k=(hidden)" and <s3://b/o>, got http://x/?(hidden)');
  });
});
