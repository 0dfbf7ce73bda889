import { boolean, jsonList, pickedPipeline, text } from '../fields/fields';
import { textFilter } from '../fields/filters';
import { sourceServices } from '../fields/chatBlocks';
import { nameField } from './common';
import { entity } from './types';

/** Sources of leads of this integration. Source: extended facts 7.3. */
export const source = entity({
	value: 'source',
	displayName: 'Source',
	about: 'A channel that leads come from',
	path: '/sources',
	picker: { search: 'local' },
	fields: [
		nameField('source', 'Landing page'),
		{ name: 'externalId', kind: text, required: true, placeholder: 'e.g. landing-1', description: 'ID of the source in your own system, unique among the sources of the integration' },
		{ name: 'pipelineId', displayName: 'Pipeline', kind: pickedPipeline, description: 'The pipeline that its leads go to; left out, the main one' },
		{ name: 'isDefault', key: 'default', displayName: 'Default', kind: boolean, description: 'Whether leads without a source of their own get this one; only one source is the default' },
		{ name: 'originCode', kind: text, placeholder: 'e.g. landing', description: 'Short name of the channel, up to 20 characters, not of digits only' },
		{ name: 'services', displayName: 'Services (JSON)', kind: jsonList, description: 'Messengers in the form of amoCRM, for example [{"type": "whatsapp", "pages": [{"id": "1", "name": "Shop", "link": "https://wa.me/1"}]}]' },
		{ name: 'servicePages', key: 'services', displayName: 'Messenger Pages', kind: sourceServices, description: 'Pages and numbers in messengers that people write to; an update replaces all of them' },
	],
	filters: [textFilter('external_id', { name: 'externalIds', displayName: 'External IDs', placeholder: 'e.g. landing-1', description: 'Return only the source with this external ID, or one of a list' })],
	list: { unpaged: true, byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'rows', answers: 'embedded', atMost: 100 }, update: { method: 'PATCH', sends: 'rows', answers: 'embedded', atMost: 100 } },
	needs: { admin: 'toWrite' },
});
