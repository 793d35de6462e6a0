import type { AnyStateMachine } from 'xstate';

/** The machine as a Mermaid diagram in Markdown, made from its definition alone: the same machine, the same text. */
export function drawMachine(machine: AnyStateMachine): string {
  const lines = [
    `# ${machine.id}`,
    '',
    'Made from the machine by `npm run diagrams`.',
    '',
    '```mermaid',
    'stateDiagram-v2',
  ];
  const { root } = machine;
  for (const { target } of root.initial.target ? [root.initial] : [])
    lines.push(...(target ?? []).map(({ key }) => `  [*] --> ${key}`));
  for (const state of Object.values(root.states)) {
    lines.push(...transitionsOf(state));
    if (state.type === 'final') lines.push(`  ${state.key} --> [*]`);
    if (state.tags.length > 0) lines.push(`  note right of ${state.key}: ${state.tags.join(', ')}`);
  }
  return [...lines, '```', ''].join('\n');
}

type StateNode = AnyStateMachine['root'];

function transitionsOf(state: StateNode): string[] {
  const listed = [...(state.always ?? []), ...[...state.transitions.values()].flat()];
  return listed.flatMap(({ target, eventType, guard }) =>
    (target ?? []).map(({ key }) => {
      const label = [eventWords(eventType), guardWords(guard)].filter((words) => words !== '').join(' ');
      return `  ${state.key} --> ${key}${label === '' ? '' : `: ${label}`}`;
    }),
  );
}

function eventWords(eventType: string): string {
  return eventType
    .replace(/^xstate\.done\.actor\.(.+)$/, '$1 done')
    .replace(/^xstate\.error\.actor\.(.+)$/, '$1 failed');
}

function guardWords(guard: unknown): string {
  if (typeof guard === 'string') return `[${guard}]`;
  return typeof guard === 'object' && guard !== null && 'type' in guard ? `[${String(guard.type)}]` : '';
}
