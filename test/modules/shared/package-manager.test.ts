import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packageManagerOf } from '../../../modules/shared/package-manager.ts';
import { context } from '../../support/facts.ts';

describe('the package manager', () => {
  const { os } = context().facts;
  for (const [family, programs, manager] of [
    ['redhat', ['dnf', 'yum'], 'dnf'],
    ['redhat', ['yum'], 'yum'],
    ['redhat', ['apt-get', 'dnf'], 'dnf'],
    ['redhat', ['apt-get', 'yum'], 'yum'],
    ['redhat', ['apt-get'], 'apt'],
    ['debian', ['apt-get', 'dnf'], 'apt'],
    ['debian', ['dnf'], 'dnf'],
    ['debian', ['zypper'], undefined],
  ] as const) {
    test(`of ${family} with ${programs.join(' and ')} is ${manager ?? 'none'}`, () =>
      assert.equal(packageManagerOf(context({ programs, os: { ...os, family } }).facts), manager));
  }
});
