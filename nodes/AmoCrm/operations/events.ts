import type { Entity } from '../entities/types';
import { languageOf } from '../fields/dictionaries';
import type { Filter } from '../fields/filters';
import { optionIn, optionsOf } from '../fields/values';
import { filtersOf, getMany } from './getMany';
import type { Operation } from './types';

const LANGUAGES = optionsOf({ en: 'English', pt: 'Portuguese', ru: 'Russian', es: 'Spanish' });

const languageFilter: Filter = {
	name: 'language',
	displayName: 'Language',
	description: 'Language of the names; your own in amoCRM when left out',
	property: { type: 'options', options: LANGUAGES, default: 'en' },
	condition: (value) => ({ query: { language_code: optionIn(LANGUAGES, value) } }),
};

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
		value: 'getTypes',
		name: 'Get Types',
		action: 'Get types of events',
		description: 'Retrieve the kinds of events that amoCRM knows, with their names',
		route: `GET ${entity.path}/types`,
		execute: async (run) => {
			const language = await languageOf(run.client);
			await execute({ ...run, parameter: (name, item, fallback) => (name === 'filters' ? { language, ...filtersOf(run, item) } : run.parameter(name, item, fallback)) });
		},
	};
}
