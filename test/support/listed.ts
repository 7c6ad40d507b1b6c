/**
 * Replaces `node:test` while tests are counted: runs the body of each suite, even of a skipped one, and no test. As under Node,
 * registration must not need root or tools.
 */
let tests = 0;
const suites: Promise<unknown>[] = [];

const count = () => {
  tests++;
  return Promise.resolve();
};
const open = (...args: readonly unknown[]) => {
  const body = args.find((each) => typeof each === 'function');
  if (body) suites.push(Promise.resolve(body()));
  return Promise.resolve();
};
const nothing = () => {};

export const test = Object.assign(count, { skip: count, todo: count, only: count });
export const it = test;
export const describe = Object.assign(open, { skip: open, todo: open, only: open });
export const suite = describe;
export const [before, after, beforeEach, afterEach] = [nothing, nothing, nothing, nothing];
/** Used only inside tests. */
export const mock = {};
export default test;

/** Returns the number of tests of the imported files. */
export async function countTests(): Promise<number> {
  for (const each of suites) await each;
  return tests;
}
