import type { AnyStateMachine } from 'xstate';

type StateNode = AnyStateMachine['root'];

/** The machine as a Mermaid diagram in Markdown, made from its definition alone: the same machine, the same text. */
export function drawMachine({ id, root }: AnyStateMachine): string {
  const initial = Object.values(root.states).filter((state) => root.initial.target?.includes(state));
  return [
    `# ${id}`,
    '',
    'Made from the machine by `npm run diagrams`.',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...initial.map(({ key }) => `  [*] --> ${key}`),
    ...Object.values(root.states).flatMap(linesOf),
    '```',
    '',
  ].join('\n');
}

function linesOf(state: StateNode): string[] {
  const transitions = [...(state.always ?? []), ...[...state.transitions.values()].flat()];
  return [
    ...transitions.flatMap(({ target, eventType, guard }) =>
      (target ?? []).map(({ key }) => `  ${state.key} --> ${key}${labelOf(eventType, guard)}`),
    ),
    ...(state.type === 'final' ? [`  ${state.key} --> [*]`] : []),
    ...(state.tags.length > 0 ? [`  note right of ${state.key} : ${state.tags.join(', ')}`] : []),
  ];
}

/** `actor done [guard]`, without what a transition does not have. */
function labelOf(eventType: string, guard: unknown): string {
  const event = eventType.replace(/^xstate\.(done|error)\.actor\.(.+)$/, (_, how: string, actor: string) =>
    how === 'done' ? `${actor} done` : `${actor} failed`,
  );
  const words = [event, guardName(guard)].filter((word) => word !== '').join(' ');
  return words === '' ? '' : ` : ${words}`;
}

function guardName(guard: unknown): string {
  if (typeof guard === 'string') return `[${guard}]`;
  return typeof guard === 'object' && guard !== null && 'type' in guard ? `[${String(guard.type)}]` : '';
}
