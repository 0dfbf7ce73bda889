import { hookEvents, webAddress } from '../fields/fields';
import { filter } from '../fields/filters';
import { toText } from '../fields/values';
import { entity } from './types';

/** What amoCRM tells other programs of. An address has one webhook, and is all that it is known by. Source: extended facts 1.1. */
export const webhook = entity({
	value: 'webhook',
	displayName: 'Webhook',
	path: '/webhooks',
	id: { kind: 'text', key: 'destination' },
	idParameter: '',
	fields: [
		{ name: 'destination', kind: webAddress, required: true, placeholder: 'e.g. https://example.com/amocrm', description: 'Web address that amoCRM sends the events to' },
		{ name: 'events', key: 'settings', kind: hookEvents, required: true, description: 'What amoCRM tells this address of. An expression may give codes of events that the list does not hold.' },
	],
	filters: [
		filter(
			{ name: 'destination', displayName: 'Destination', placeholder: 'e.g. https://example.com/amocrm', description: 'Return only the webhook with exactly this address' },
			{ type: 'string', default: '' },
			(value) => ({ query: { filter: { destination: toText(value) } }, accepts: (row) => row.destination === toText(value) }),
		),
	],
	list: { unpaged: true, byIds: 'whole' },
	needs: { admin: 'always', plan: 'the plan Extended or Professional in amoCRM, Advanced or Enterprise in Kommo' },
});
