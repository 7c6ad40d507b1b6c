import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { linux } from '../agent/host/linux.ts';
import { hostContract } from './host.contract.ts';
import { memoryHost } from './support/memory-host.ts';

const scratch = mkdtempSync(join(tmpdir(), 'bootagent-host-'));
after(() => rmSync(scratch, { recursive: true }));

hostContract('a machine made of maps', () => memoryHost());
hostContract('a tree of files', () => linux({ root: mkdtempSync(join(scratch, 'root-')), offline: true }));
