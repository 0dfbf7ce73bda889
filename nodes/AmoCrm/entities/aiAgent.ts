import { boolean, choice, jsonValues, longText, text, webAddress } from '../fields/fields';
import { optionsOf } from '../fields/values';
import { nameField, ONE_ROW } from './common';
import { entity } from './types';

const MODEL_SIZES = optionsOf({ S: 'Small', M: 'Medium', L: 'Large' });
const TRANSPORTS = optionsOf({ 'streamable-http': 'HTTP Streaming', sse: 'Server-Sent Events' });

/** AI agents of amoCRM ("Amma"), those of this integration. Source: extended facts 7.10. */
export const aiAgent = entity({
	value: 'aiAgent',
	displayName: 'AI Agent',
	path: '/amma/agents',
	id: { kind: 'text', key: 'uuid', example: '6a7b8c9d-0e1f-4a2b-8c3d-4e5f60718293', pattern: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i },
	picker: { search: 'local' },
	fields: [
		nameField('agent', 'Consultant'),
		{ name: 'description', kind: text, required: true, placeholder: 'e.g. Answers questions about delivery', description: 'What the agent is for' },
		{ name: 'systemPrompt', kind: longText, required: true, placeholder: 'e.g. You are a friendly consultant of a furniture shop', description: 'Who the agent is and how it behaves' },
		{ name: 'aiInstructions', displayName: 'AI Instructions', kind: longText, placeholder: 'e.g. Ask for the city first', description: 'What the agent does step by step' },
		{ name: 'avatar', kind: text, placeholder: 'e.g. https://example.com/avatar.png', description: 'Picture of the agent' },
		{ name: 'modelSize', kind: choice(MODEL_SIZES), description: 'How large the language model is', property: { default: 'M' } },
		{ name: 'isActive', displayName: 'Active', kind: boolean, description: 'Whether the agent works', property: { default: true } },
		{ name: 'mcpUrl', key: 'mcp.url', displayName: 'MCP Server URL', kind: webAddress, placeholder: 'e.g. https://example.com/mcp', description: 'Address of the server with the tools of the agent, which begins with https://' },
		{ name: 'mcpTransport', key: 'mcp.transport', displayName: 'MCP Transport', kind: choice(TRANSPORTS), needs: 'mcpUrl', property: { default: 'streamable-http' }, description: "How the server is talked to; needs 'MCP Server URL' too" },
		{ name: 'mcpHeaders', key: 'mcp.headers', displayName: 'MCP Headers (JSON)', kind: jsonValues, needs: 'mcpUrl', description: 'Headers of requests to the server, for example {"X-Shop": "1"}; needs \'MCP Server URL\' too' },
	],
	list: { pageSize: 50, byIds: 'single' },
	verbs: { create: { method: 'POST', sends: 'rows', answers: 'embedded', atMost: 2 }, update: ONE_ROW },
	needs: { plan: 'Amma, the AI of amoCRM', room: 'room for the agent: an integration has at most 2, an account at most 10', scope: '"Амма"' },
});
