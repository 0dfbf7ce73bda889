import type { UserInterface } from './ui/actions';
import type { Deliveries } from './webhooks/delivery';
import type { World } from './world';

/** The world with those who act in it and who carry news out of it: for the control API and the data file. No route of amoCRM needs them. */
export interface StaffedWorld extends World {
	deliveries: Deliveries;
	ui: UserInterface;
}
