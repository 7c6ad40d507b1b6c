import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import type { Change, PlanItem } from '../../agent/engine/change.ts';
import { defineModule } from '../../agent/engine/module.ts';
import { optional, text } from '../../agent/userdata/schema/decode.ts';

/** Code that must not compile: `npm run types` fails if one of these lines compiles. */
const about = { name: 'sample', summary: 'A sample.', every: 'boot' } as const;
const reads = { sample: optional(text) };

defineModule({
  ...about,
  reads,
  // @ts-expect-error a setting that is not read
  plan: ({ sampel }): readonly PlanItem[] => (sampel ? [] : []),
});
defineModule({
  ...about,
  // @ts-expect-error decoders inside the literal, whose types would be lost
  reads: { sample: optional(text) },
  plan: ({ sample }): readonly PlanItem[] => (sample ? [] : []),
});
defineModule({
  ...about,
  reads,
  plan: ({ sample: path }): readonly PlanItem[] =>
    // @ts-expect-error a kind that does not exist, reported at its literal
    path === undefined ? [] : [{ at: 'sample', changes: [{ kind: 'filee', path, content: '' }] }],
});
// @ts-expect-error a field that the kind does not have
({ kind: 'file', path: '/etc/issue', content: '', modus: 0o644 }) satisfies Change;

describe('a module', () => {
  for (const path of globSync('modules/**/*.ts')) {
    const plans = [...readFileSync(path, 'utf8').matchAll(/^ {2,4}plan(?:: )?\([\s\S]*?(?:\{|=>)$/gm)].map(
      ([head]) => head,
    );
    if (plans.length === 0) continue;
    test(`${path} names the type that plan returns, so that a mistake is reported at its place`, () => {
      for (const head of plans) assert.match(head, /\): (?:readonly )?PlanItem\[\] (?:\{|=>)/);
    });
  }
});
