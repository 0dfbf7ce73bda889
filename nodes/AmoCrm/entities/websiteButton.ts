import { boolean, domains, pickedPipeline, text } from '../fields/fields';
import { ONE_ROW } from './common';
import { entity } from './types';

/** Buttons for websites that open chats and forms, known by the ID of their source. Source: extended facts 7.4. */
export const websiteButton = entity({
	value: 'websiteButton',
	displayName: 'Website Button',
	about: 'What visitors of a website write to you by',
	path: '/website_buttons',
	id: { kind: 'number', key: 'source_id' },
	picker: { search: 'local' },
	fields: [
		{ name: 'pipelineId', displayName: 'Pipeline', kind: pickedPipeline, only: 'create', required: true, description: 'The pipeline that its leads go to' },
		{ name: 'name', kind: text, placeholder: 'e.g. Shop', description: 'Name of the button' },
		{
			name: 'trustedWebsites',
			kind: domains,
			placeholder: 'e.g. example.com, shop.example.com',
			description: 'Domains of the websites where the button works, separated by commas, or a list',
			onUpdate: { displayName: 'Trusted Websites to Add', description: 'Domains of more websites where the button works, separated by commas, or a list' },
		},
		{ name: 'isUsedInApp', displayName: 'Used in App', kind: boolean, only: 'create', description: 'Whether the button is for a mobile app' },
	],
	withOptions: { deleted: 'Deleted Buttons', scripts: 'Code for the Page' },
	createDefaults: { trusted_websites: [] },
	list: { byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'row', answers: 'self' }, update: ONE_ROW },
	needs: { admin: 'toWrite' },
});
