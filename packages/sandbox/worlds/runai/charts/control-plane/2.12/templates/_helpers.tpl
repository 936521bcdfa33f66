{{- define "runai.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{- end }}

{{- define "runai.image" -}}
{{ .Values.global.image.registry }}/e2e-test-images/agnhost:2.15
{{- end }}

{{- define "runai.container" -}}
image: {{ include "runai.image" . }}
args: [netexec, --http-port=8080]
ports:
  - {name: http, containerPort: 8080}
readinessProbe:
  httpGet: {path: /healthz, port: http}
{{- end }}
