export {
  createSoftContainer,
  isSoftContainer,
  openSoftContainer,
  type SoftContainerOptions,
} from './soft-container/open-soft-container.adapter.ts';
