import { identityOperations } from './identity-operations.ts';
import { leftoverOperations } from './leftover-operations.ts';
import type { Operation } from './operation.ts';

/** The operations of sealing, in order: the marker of a fresh image first, the default user last, as it may be logged in. */
export const operations: readonly Operation[] = [...identityOperations, ...leftoverOperations];
