import { CONNECTION } from './jsConnection';
import { ENTITIES } from './jsEntities';
import { FACTORIES } from './jsFactories';

/** Every call of amocrm-js, in the order in which the suite drives them. */
export const JS_CALLS = [...CONNECTION, ...FACTORIES, ...ENTITIES];
