import { Problem } from '../../base/problem.ts';
import type { State } from '../../state/state.ts';

/** Returns the problem of a machine that has no recorded state and is not a sealed image; undefined on any other. */
export const lostState = (state: State): Problem | undefined =>
  state.emptied()
    ? new Problem(
        'state-lost',
        'There is no record of this machine (/var/lib/bootagent is empty) and no marker of a sealed image: it counts as in service. Users and keys are added, host keys of an image are replaced; scripts, packages, files and passwords of the user-data are NOT applied',
      )
    : undefined;
