import { CARDS } from './amoCards';
import { HELPERS } from './amoHelpers';
import { SERVICES } from './amoServices';
import { SETTINGS } from './amoSettings';

/** Every call of @shevernitskiy/amo, in the order in which the suite drives them. */
export const AMO_CALLS = [...CARDS, ...SETTINGS, ...SERVICES, ...HELPERS];
