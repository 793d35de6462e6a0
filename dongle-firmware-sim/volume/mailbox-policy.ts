/**
 * Who has the volume. `nobody`: no computer is there; `computer`: one is, which may have mounted it; `firmware`: one is, and finds
 * no medium, since the firmware works on the volume.
 */
type Holder = 'nobody' | 'computer' | 'firmware';

/** How far a computer that has the volume is with it. `flushed`: it wrote, and then had the caches emptied. */
type Writing = 'unchanged' | 'written' | 'flushed';

/** `outdated`: the copy that is worked on is older than what lies there, so that the work is done once more. */
type Work = 'none' | 'underway' | 'outdated';

/** Where a mailbox stands. JSON. */
export interface MailboxState {
  readonly holder: Holder;
  readonly writing: Writing;
  readonly work: Work;
}

/**
 * What happens to a mailbox. `silent`: 2 s have passed since it was told to wait, without a write or a flush; `worked`: the work is
 * done; `changed`: the volume tells of the container what is not so any more.
 */
export type MailboxInput =
  | 'plugged'
  | 'unplugged'
  | 'written'
  | 'flushed'
  | 'silent'
  | 'ejected'
  | 'worked'
  | 'changed';

/**
 * What a mailbox does. `await silence` and `wait no more`: for `silent`; `remove`: the medium is absent from now on; `work`: on a
 * copy of the volume, until `worked`; `swap`: what was worked out takes the place of the volume, and the medium is present.
 */
export type MailboxAction = 'await silence' | 'wait no more' | 'remove' | 'work' | 'swap';

export interface MailboxStep {
  readonly state: MailboxState;
  readonly actions: readonly MailboxAction[];
}

/** The power has come: whatever was on its way when it went is done first. */
export function poweredMailbox(): MailboxStep {
  return { state: { holder: 'nobody', writing: 'unchanged', work: 'underway' }, actions: ['remove', 'work'] };
}

/**
 * What a mailbox does next. The volume changes only by `swap`, and `swap` never comes while a computer may have it mounted: after
 * a mere flush the work is done, and what it gives is made anew once the computer has let go. Pure.
 */
export function nextMailboxStep(state: MailboxState, input: MailboxInput): MailboxStep {
  switch (input) {
    case 'plugged':
      return plugged(state);
    case 'unplugged':
      return letGo(state, 'nobody');
    case 'ejected':
      return state.holder === 'computer' ? letGo(state, 'firmware') : ignored(state);
    case 'written':
      return written(state);
    case 'flushed':
      return flushed(state);
    case 'silent':
      return silent(state);
    case 'worked':
      return worked(state);
    case 'changed':
      return changed(state);
  }
}

function ignored(state: MailboxState): MailboxStep {
  return { state, actions: [] };
}

function plugged(state: MailboxState): MailboxStep {
  if (state.holder !== 'nobody') return ignored(state);
  return ignored({ ...state, holder: state.work === 'none' ? 'computer' : 'firmware' });
}

function written(state: MailboxState): MailboxStep {
  if (state.holder !== 'computer') return ignored(state);
  const actions: readonly MailboxAction[] = state.writing === 'flushed' ? ['wait no more'] : [];
  return { state: { ...state, writing: 'written' }, actions };
}

function flushed(state: MailboxState): MailboxStep {
  if (state.holder !== 'computer' || state.writing === 'unchanged') return ignored(state);
  return { state: { ...state, writing: 'flushed' }, actions: ['await silence'] };
}

function silent(state: MailboxState): MailboxStep {
  if (state.holder !== 'computer' || state.writing !== 'flushed') return ignored(state);
  if (state.work !== 'none') return { state, actions: ['await silence'] };
  return { state: { ...state, writing: 'unchanged', work: 'underway' }, actions: ['work'] };
}

/** A computer let go of the volume, or is gone altogether. */
function letGo(state: MailboxState, holder: Exclude<Holder, 'computer'>): MailboxStep {
  if (state.holder !== 'computer') return ignored({ ...state, holder });
  const before: readonly MailboxAction[] = state.writing === 'flushed' ? ['wait no more', 'remove'] : ['remove'];
  const isFree = state.work === 'none';
  return {
    state: { holder, writing: 'unchanged', work: isFree ? 'underway' : 'outdated' },
    actions: isFree ? [...before, 'work'] : before,
  };
}

function worked(state: MailboxState): MailboxStep {
  switch (state.work) {
    case 'none':
      return ignored(state);
    case 'outdated':
      return { state: { ...state, work: 'underway' }, actions: ['work'] };
    case 'underway':
      if (state.holder === 'computer') return ignored({ ...state, work: 'none' });
      return {
        state: { ...state, holder: state.holder === 'firmware' ? 'computer' : 'nobody', work: 'none' },
        actions: ['swap'],
      };
  }
}

/** One that a computer has is made anew when it lets go. */
function changed(state: MailboxState): MailboxStep {
  if (state.holder === 'computer') return ignored(state);
  if (state.work !== 'none') return ignored({ ...state, work: 'outdated' });
  return { state: { ...state, work: 'underway' }, actions: ['remove', 'work'] };
}
