{{- define "runai.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "runai.container" -}}
args: [netexec, --http-port=8080]
ports:
  - {name: http, containerPort: 8080}
readinessProbe:
  httpGet: {path: /healthz, port: http}
resources: {{- toYaml .Values.resources | nindent 2 }}
{{- end }}
