import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Event } from '../../agent/report/event.ts';
import { faultLines, fixOf } from '../../agent/report/faults.ts';
import { waitingText } from '../../agent/report/lines.ts';
import { console } from '../../agent/report/sinks.ts';
import { emptySummary, type Notice } from '../../agent/report/summary.ts';
import { causesOf, noticeLines, whyLines } from '../../agent/report/why.ts';
import { often } from '../support/often.ts';

const item = { item: 2, of: 3, code: 143, ms: 3000, signal: 'SIGTERM', command: 'sleep 600', place: 'user-data:5:5' };
const failed = (own: object) => ({
  ...emptySummary('1'),
  state: 'problems' as const,
  left: [{ module: 'runcmd', at: 'runcmd', code: 'script-failed', message: 'x', items: [{ ...item, ...own }] }],
});

describe('why a boot failed', () => {
  test('names a time limit as the cause, and not the signal that enforced it', () => {
    const summary = failed({ timeoutMs: 3000 });
    const [fault] = summary.left;
    assert.ok(fault);
    assert.equal(
      faultLines(fault)[0],
      'runcmd[1] (2 of 3) `sleep 600` failed: stopped by the time limit of 3 s for the list',
    );
    assert.equal(
      fixOf(fault),
      'Correct the command or raise runcmd_timeout, then: bootagent run --force --only runcmd',
    );
    assert.match(
      whyLines(summary).join('\n'),
      /^cause {4}runcmd\[1\] \(2 of 3\) failed: stopped by the time limit of 3 s/m,
    );
  });

  test('calls the last line of the output what it is: the output of a command is one stream', () => {
    const summary = failed({ code: 1, signal: undefined, lastLine: 'ok so far' });
    assert.match(whyLines(summary).join('\n'), /^output {3}ok so far$/m);
    assert.equal(causesOf(summary)[0]?.output, 'ok so far');
    assert.ok(summary.left[0] && faultLines(summary.left[0]).includes('  last output: ok so far'));
  });

  test('names the place of a setting once', () => {
    const message = 'user-data:3:5: write_files[0]: no space';
    const left = [{ module: 'write_files', at: 'write_files[0]', code: 'file-failed', message }];
    const lines = whyLines({ ...emptySummary('1'), state: 'failed', left });
    assert.equal(lines.filter((line) => line.includes('user-data:3:5')).length, 1, lines.join('\n'));
  });

  test('fits ten lines of 80 columns with any warnings, and counts those that are left out', () => {
    const notice: fc.Arbitrary<Notice> = fc.record({
      level: fc.constant('warning' as const),
      text: fc.lorem({ maxCount: 40 }),
      hint: fc.lorem({ maxCount: 5 }),
    });
    fc.assert(
      fc.property(fc.array(notice, { maxLength: 15 }), (notices) => {
        const lines = noticeLines(['Nothing failed.'], notices);
        assert.ok(lines.length <= 10 && lines.every((line) => line.length <= 80), lines.join('\n'));
        const shown = lines.filter((line) => line.startsWith('warning ')).length;
        const left = notices.length - shown;
        const more = lines.find((line) => line.startsWith('more '));
        assert.equal(more?.match(/\d+/)?.[0], left > 0 ? String(left) : undefined, lines.join('\n'));
      }),
      { numRuns: often(300) },
    );
  });
});

describe('a wait', () => {
  const wait = { event: 'waiting', module: 'packages', what: 'waiting for the apt lock', ms: 0 } as const;
  const shown = (event: Event): string => {
    let out = '';
    console((text) => (out += text), { console_lines: 0 })(event);
    return out;
  };

  test('is shown on the console with its module and its duration', () => {
    assert.equal(shown(wait), 'bootagent: packages: waiting for the apt lock ...\r\n');
    assert.equal(shown({ ...wait, ms: 12_000 }), 'bootagent: packages: waiting for the apt lock for 12 s\r\n');
    assert.equal(waitingText({ ...wait, ms: 12_000, ended: true }), 'waiting for the apt lock took 12 s');
  });
});
