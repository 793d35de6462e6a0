/** What the server of the panel tells; a test holds it against what that server makes. */
export interface ShownPanel {
  readonly dongles: readonly ShownDongle[];
  readonly offered: readonly { readonly form: string; readonly example: string; readonly about: string }[];
}

export interface ShownDongle {
  readonly serial: string;
  readonly address: string;
  readonly isPluggedIn: boolean;
  readonly awaited: string | null;
  readonly hasPower: boolean;
  readonly hasHost: boolean;
  readonly light: 'off' | 'on' | 'working' | 'blinking';
  readonly isLocked: boolean;
  /** Bytes. */
  readonly freeMemory: number;
  readonly capacity: number;
  readonly items: readonly {
    readonly firmCode: number;
    readonly firm: string;
    readonly productCode: number;
    readonly text: string;
    readonly held: number;
    readonly pending: number;
  }[];
  readonly transit: readonly {
    readonly target: string;
    readonly sequence: number;
    readonly firmCode: number;
    readonly seats: number;
    readonly isCancelled: boolean;
  }[];
  readonly orders: readonly {
    readonly id: number;
    readonly items: readonly string[];
    readonly served: number;
    readonly most: number;
  }[];
  readonly traffic: Traffic;
  readonly faults: readonly {
    readonly id: number;
    readonly fault: string;
    readonly state: 'waiting' | 'active';
    readonly left: number | null;
  }[];
  /** Latest first. */
  readonly happened: readonly Happened[];
}

export interface Traffic {
  readonly reportsIn: number;
  readonly reportsOut: number;
  readonly sectorsRead: number;
  readonly sectorsWritten: number;
  readonly flashOperations: number;
}

export interface Happened {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: string;
  readonly detail: string;
}
