export * from './commands/client.ts';
export * from './commands/index.ts';
export { Container, type ContainerParts, type NewContainer } from './container.ts';
export type { Env } from './env.ts';
export * from './errors.ts';
export { type OwnerTools, setOwnerPin, unlockOwner } from './owner-client.ts';
export { verifyListing } from './verify-listing.ts';
