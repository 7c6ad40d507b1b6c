import { Problem } from '../../base/problem.ts';
import type { Module } from '../../engine/module.ts';
import type { FactName, Facts } from '../../facts/facts.ts';

/**
 * Returns facts for one module: reading an unknown fact is reported if the module can plan without it, and throws otherwise. A
 * proxy, since only reading counts: facts that the module does not read cause no problem.
 */
export function guardedFacts(
  facts: Facts,
  { assumes = [] }: Module,
  problem: (at: string, problem: Problem) => void,
): Facts {
  const { unknown } = facts;
  if (unknown === undefined) return facts;
  const reported = new Set<string>();
  return new Proxy(facts, {
    get(target, name, receiver) {
      const why = Object.hasOwn(unknown, name) ? unknown[name as FactName] : undefined;
      if (why !== undefined) {
        const lack = new Problem('file-failed', `"${String(name)}" of this machine is unknown: ${why}`);
        if (!assumes.some((each) => each === name)) throw lack;
        if (!reported.has(String(name))) problem(`facts.${String(name)}`, lack);
        reported.add(String(name));
      }
      return Reflect.get(target, name, receiver);
    },
  });
}
