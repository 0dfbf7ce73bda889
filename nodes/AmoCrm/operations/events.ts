import type { Entity } from '../entities/types';
import { LANGUAGES } from '../entities/user';
import { languageOf } from '../fields/dictionaries';
import { filter } from '../fields/filters';
import { optionIn } from '../fields/values';
import { filtersOf, getMany } from './getMany';
import { called } from './parameters';
import type { Operation } from './types';

const languageLook = { name: 'language', displayName: 'Language', description: 'Language of the names; your own in amoCRM when left out' };
const languageFilter = filter(languageLook, { type: 'options', options: LANGUAGES, default: 'en' }, (value) => ({ query: { language_code: optionIn(LANGUAGES, value) } }));

/** Kinds of events with their names (extended facts 5.3). */
export function getTypes(entity: Entity): Operation {
	const { execute, ...list } = getMany({
		...entity,
		path: `${entity.path}/types`,
		collection: 'events_types',
		id: { kind: 'text', key: 'key' },
		filters: [languageFilter],
		withOptions: [],
		list: { unpaged: true },
	});
	return {
		...list,
		...called(entity, 'getTypes', 'Retrieve the kinds of events that amoCRM knows, with their names', 'Get types of events'),
		route: `GET ${entity.path}/types`,
		execute: async (run) => {
			const language = await languageOf(run.client);
			await execute({ ...run, parameter: (name, item, fallback) => (name === 'filters' ? { language, ...filtersOf(run, item) } : run.parameter(name, item, fallback)) });
		},
	};
}
